import { makeImage } from './image.ts';

// Usage: node make-image.ts, once after installing, so that a new data folder is ready at once.
await makeImage();
