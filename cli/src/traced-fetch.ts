/** Prints every request with its status, request id and time to the answer's beginning. */
export const tracedFetch: typeof fetch = async (input, init) => {
  const started = performance.now();
  const what = `${init?.method ?? 'GET'} ${String(input).replace(/\?.*/, '')}`;
  const say = (end: string) =>
    console.error(`deployer: ${what}: ${end}, ${Math.round(performance.now() - started)} ms`);
  try {
    const response = await fetch(input, init);
    const requestId = response.headers.get('x-request-id');
    say(`${response.status}${requestId ? ` (${requestId})` : ''}`);
    return response;
  } catch (error) {
    say(`no answer: ${(error as Error).message}`);
    throw error;
  }
};
