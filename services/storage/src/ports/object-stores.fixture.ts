import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { onTestFinished } from 'vitest';
import { createFileSystemObjectStore } from '../adapters/file-system-object-store.ts';
import type { ObjectStore } from './object-store.ts';

/** Every adapter passes the same tests; a new one is a line here. */
export const adapters: readonly { readonly name: string; readonly open: () => Promise<ObjectStore> }[] = [
  {
    name: 'file system',
    open: async () => {
      const directory = await makeTemporaryDirectory('objects');
      onTestFinished(() => directory[Symbol.asyncDispose]());
      return createFileSystemObjectStore({ directory: directory.path, minFreeBytes: 0, now: () => new Date() });
    },
  },
];
