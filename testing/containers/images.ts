import { join } from 'node:path';
import { run } from './run.ts';

/** What an image says of the program in it. */
export type ImageConfig = {
  user: string;
  workingDir: string;
  environment: Record<string, string>;
  command: string[];
  /** The program that asks for its health. */
  healthcheck?: string[];
};

export type Images = {
  /** Builds a Dockerfile in a context as `docker build` would. */
  build(context: string, dockerfile: string, tag: string): Promise<void>;
  commit(tree: string, tag: string): Promise<void>;
  extend(from: string, tag: string, command: string): Promise<void>;
  config(tag: string): Promise<ImageConfig>;
  /** Returns the folder with an image's files. */
  mount(tag: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Builds images with buildah, without a daemon and without a registry, in a store of its own below `folder`. */
export function openImages(folder: string): Images {
  const store = ['--root', join(folder, 'images'), '--runroot', join(folder, 'images-run')];
  const buildah = (...args: string[]) => run('buildah', [...store, ...args]);
  const isolated = ['--isolation', 'chroot'];
  return {
    async build(context, dockerfile, tag) {
      const how = ['--format', 'docker', '--layers', '--pull-never', '--network', 'host'];
      await buildah('bud', ...isolated, ...how, '--file', join(context, dockerfile), '--tag', tag, context);
    },
    async commit(tree, tag) {
      const container = await buildah('from', 'scratch');
      await buildah('copy', '--quiet', container, tree, '/');
      await buildah('commit', '--quiet', '--rm', '--format', 'docker', container, tag);
    },
    async extend(from, tag, command) {
      const container = await buildah('from', '--pull-never', from);
      await buildah('run', ...isolated, '--network', 'host', container, '--', 'sh', '-c', command);
      await buildah('commit', '--quiet', '--rm', '--format', 'docker', container, tag);
    },
    async config(tag) {
      const { config = {} } = JSON.parse(await buildah('inspect', '--type', 'image', tag)).Docker;
      const pairs = (config.Env ?? []).map((pair: string) => [
        pair.slice(0, pair.indexOf('=')),
        pair.slice(pair.indexOf('=') + 1),
      ]);
      const test: string[] | undefined = config.Healthcheck?.Test;
      return {
        user: config.User ?? '',
        workingDir: config.WorkingDir || '/',
        environment: Object.fromEntries(pairs),
        command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
        ...(test ? { healthcheck: programOf(test) } : {}),
      };
    },
    async mount(tag) {
      return buildah('mount', await buildah('from', '--pull-never', tag));
    },
    async [Symbol.asyncDispose]() {
      await buildah('umount', '--all').catch(() => '');
      await buildah('rm', '--all').catch(() => '');
    },
  };
}

/** Returns the program of a health check in a Dockerfile or compose file. */
export function programOf(test: string[]): string[] {
  const [kind, ...words] = test;
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words;
}
