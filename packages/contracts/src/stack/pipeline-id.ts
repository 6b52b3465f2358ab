import { z } from 'zod';

export const pipelineIdSchema = z
  .string()
  .regex(/^pipeline-[0-9]{10,16}-[a-z0-9]{8}$/, 'a pipeline id looks like pipeline-1704067200000-abcd1234')
  .meta({ example: 'pipeline-1704067200000-abcd1234' });
