import type { Instance } from '../components/component.ts';
import type { StackSource } from '../loading/stack.ts';

/** What references can name. */
export type Directory = {
  /** Names of services → names of their components. */
  services: Map<string, Set<string>>;
  /** `service/component` → its instances; none if its files could not be read. */
  instances: Map<string, Instance[]>;
  /** `service/component` of those that an error about their place already names. */
  strays: Set<string>;
};

export function directoryOf(stack: StackSource, instances: Instance[]): Directory {
  const services = new Map<string, Set<string>>();
  const byName = new Map<string, Instance[]>();
  for (const { name, components } of stack.services) {
    services.set(name, new Set(components.map((component) => component.name)));
    for (const component of components) byName.set(`${name}/${component.name}`, []);
  }
  for (const instance of instances) byName.get(`${instance.service}/${instance.name}`)?.push(instance);
  const strays = stack.services.flatMap((service) =>
    [...service.strays].map((name) => `${service.name}/${name}`),
  );
  return { services, instances: byName, strays: new Set(strays) };
}
