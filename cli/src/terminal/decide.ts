import { ApiError } from '@deployment-engine/client';
import { engineText } from '../messages/engine-text.ts';
import { ask } from './prompt.ts';

/**
 * Asks a question that only "yes" affirms, and approves or cancels. Returns false if everything stays as it is: nobody
 * answered, or the caller may not approve what they requested.
 */
export async function decide(
  question: string,
  { approve, cancel }: { approve: () => Promise<unknown>; cancel: () => Promise<unknown> },
): Promise<boolean> {
  const answer = await ask(`\n${question}? Only "yes" is accepted: `);
  if (answer === undefined) return false;
  if (answer !== 'yes') {
    await cancel();
    return true;
  }
  try {
    await approve();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'self_approval')) throw error;
    console.error(`deployer: ${engineText(error.detail)}`);
    return false;
  }
}
