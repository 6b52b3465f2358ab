/** The thread of `preflight-in-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PolicySettings } from '../plan/settings.ts';
import { threadStarted } from '../thread.ts';
import { preflight, type UploadedFiles } from './preflight.ts';

const { files, settings } = workerData as { files: UploadedFiles; settings: PolicySettings };
parentPort?.postMessage(threadStarted);
parentPort?.postMessage(preflight(files, settings));
