/** Thrown once at a service's start, with every wrong setting in it. */
export class ServiceConfigError extends Error {
  constructor(service: string, lines: string[]) {
    super(`starting ${service}: wrong settings\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
