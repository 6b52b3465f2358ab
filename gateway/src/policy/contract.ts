/** The one place that says where the vocabulary of policies comes from. */
export * from '../../../contracts/src/policy.ts';
