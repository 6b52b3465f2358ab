import { settingsHelp } from '@deployment-engine/service';
import { ConfigError, readConfig } from './config.ts';
import { startGateway } from './gateway.ts';
import { gatewaySettings } from './settings.ts';

const forcedExitMs = 15_000;

if (process.argv.includes('--help')) {
  console.log(settingsHelp('Gateway', gatewaySettings));
  process.exit(0);
}

try {
  const gateway = await startGateway(readConfig(process.env));
  const { firstKey } = gateway;
  if (firstKey) console.log(`The admin key, shown only once and stored in ${firstKey.path}: ${firstKey.key}`);
  process.send?.({ type: 'ready', port: gateway.port });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(gateway));
  process.once('disconnect', () => void stop(gateway)); // the parent process has ended
  if (process.connected === false) void stop(gateway);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}

async function stop(gateway: AsyncDisposable): Promise<void> {
  setTimeout(() => process.exit(1), forcedExitMs).unref();
  await gateway[Symbol.asyncDispose]();
  process.exit(0);
}
