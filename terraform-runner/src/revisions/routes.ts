import { revisionDigestSchema, revisionUploadSchema } from '@deployment-engine/runner-api';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import type { RevisionStore } from './store.ts';

export function revisionRoutes(revisions: RevisionStore): Router {
  const router = Router();
  router.put('/revisions/:digest', async (request, response) => {
    const digest = parse(revisionDigestSchema, request.params.digest, 'digest');
    const upload = parse(revisionUploadSchema, request.body);
    const files = new Map(
      Object.entries(upload.files).map(([path, content]) => [path, Buffer.from(content, 'base64')]),
    );
    await revisions.save(digest, files);
    response.status(204).end();
  });
  return router;
}
