/** Preloaded into a service: on SIGUSR2 it writes how long its event loop was blocked since the last time. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 5;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 50).unref();

process.on('SIGUSR2', () => {
  const facts = { maxMs: delays.max / 1e6, p99Ms: delays.percentile(99) / 1e6, peakBytes };
  writeFileSync(`${process.env.LOOP_DELAY_FILE}`, JSON.stringify(facts));
  delays.reset();
  peakBytes = process.memoryUsage.rss();
});
