import type { AskMainApi } from '../access/introspection.ts';
import { OutsideError, placeOf, requestOutside } from './outside.ts';

const maxAnswerBytes = 64 * 1024;

/** Returns a function that asks the main API who sends a token. Its host is the operator's, so it may be inside a private network. */
export function askMainApi(mainApiUrl: string): AskMainApi {
  const url = new URL('api/auth/me', mainApiUrl.endsWith('/') ? mainApiUrl : `${mainApiUrl}/`);
  const rules = { hosts: [placeOf(url)], setting: 'MAIN_API_URL' };
  return async (token, signal) => {
    const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
    const answer = await requestOutside(url, { method: 'GET', headers, signal }, rules);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) {
        answer.destroy();
        throw new OutsideError('unreachable', `its answer has more than ${maxAnswerBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
  };
}
