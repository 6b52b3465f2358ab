import { z } from 'zod';

export const backupRestoredSchema = z.object({ message: z.string(), bytes: z.number().int() });
