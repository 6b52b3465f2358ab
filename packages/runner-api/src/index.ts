export * from './journal.ts';
export * from './revision-digest.ts';
export * from './run.ts';
export * from './run-event.ts';
export * from './runner-signature.ts';
