import express, { Router } from 'express';
import absolutePath from 'swagger-ui-dist/absolute-path.js';
import { openApiDocument } from './openapi.ts';

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Deployment Engine API</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/init.js"></script></body>
</html>
`;
const script = `window.ui = SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

/** Serves `/api/openapi.json` and the interactive page at `/api/docs`. */
export function docsRouter(): Router {
  const router = Router();
  let document: string | undefined; // made by the first request: it takes a fifth of a second
  router.get('/api/openapi.json', (_request, response) => {
    document ??= JSON.stringify(openApiDocument());
    response.type('json').send(document);
  });
  router.get('/api/docs', (_request, response) => void response.type('html').send(page));
  router.get('/api/docs/init.js', (_request, response) => void response.type('js').send(script));
  router.use('/api/docs/assets', express.static(absolutePath(), { index: false, maxAge: '1d' }));
  return router;
}
