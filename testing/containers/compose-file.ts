import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What of a compose file's service is used. */
export type Service = {
  image?: string;
  build?: { context: string; dockerfile: string };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | null>;
  volumes?: string[];
  healthcheck?: { test: string[] };
  read_only?: boolean;
  tmpfs?: string[];
};

/** Returns the services of a compose file with the variables filled in, each after those that it waits for. */
export function readServices(path: string, variables: Record<string, string>): [string, Service][] {
  const filled = readFileSync(path, 'utf8').replace(
    /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
    (whole, name, other) => variables[name] ?? (whole.includes(':-') ? other : missing(path, name)),
  );
  const { services } = parse(filled, { merge: true }) as { services: Record<string, Service> };
  const ordered = new Map<string, Service>();
  const add = (name: string) => {
    const service = services[name];
    if (!service || ordered.has(name)) return;
    for (const before of Object.keys(service.depends_on ?? {})) add(before);
    ordered.set(name, service);
  };
  for (const name of Object.keys(services)) add(name);
  return [...ordered];
}

function missing(path: string, name: string): never {
  throw new Error(`reading ${path}: the variable ${name} has no value`);
}
