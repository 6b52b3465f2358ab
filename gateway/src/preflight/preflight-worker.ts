/** The thread of `preflight-in-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ProjectPolicySettings } from '@deployment-engine/contracts';
import { preflight, type UploadedFiles } from './preflight.ts';

const { files, settings } = workerData as { files: UploadedFiles; settings: ProjectPolicySettings };
parentPort?.postMessage(preflight(files, settings));
