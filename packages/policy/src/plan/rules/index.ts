import type { PolicyRule } from '../rule.ts';
import { computeRules } from './aws-compute.ts';
import { containerRules } from './aws-containers.ts';
import { databaseRules } from './aws-database.ts';
import { edgeRules } from './aws-edge.ts';
import { iamRules } from './aws-iam.ts';
import { loggingAndEncryptionRules } from './aws-logging-and-encryption.ts';
import { networkRules } from './aws-network.ts';
import { s3Rules } from './aws-s3.ts';
import { secretRules } from './aws-secrets.ts';
import { azureRules } from './azure.ts';
import { googleRules } from './google.ts';
import { opaqueRules } from './opaque.ts';

/** Every built-in rule on plans. Their ids are part of the API. */
export const builtInRules: readonly PolicyRule[] = [
  ...s3Rules,
  ...networkRules,
  ...computeRules,
  ...databaseRules,
  ...iamRules,
  ...loggingAndEncryptionRules,
  ...edgeRules,
  ...containerRules,
  ...secretRules,
  ...azureRules,
  ...googleRules,
  ...opaqueRules,
];
