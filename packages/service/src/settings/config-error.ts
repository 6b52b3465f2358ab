/** Thrown once at a service's start; lists every wrong setting. */
export class ServiceConfigError extends Error {
  constructor(service: string, lines: string[]) {
    super(`starting ${service}: wrong settings\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
