import { asRecord } from '@deployment-engine/terraform-code';
import type { Holder } from './read-holder.ts';

/** Texts of the objects that a plan writes into buckets, by bucket and key; `undefined` where several write one. */
export type BucketObjects = ReadonlyMap<string, string | undefined>;

const objectTypes = ['aws_s3_object', 'aws_s3_bucket_object'];
/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
const objectUrl =
  /^https:\/\/([a-z0-9][a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\/([^?#]+)$/;

/** Finds the objects of a plan that may be templates. */
export function bucketObjects(resources: readonly Holder[]): BucketObjects {
  const found = new Map<string, string | undefined>();
  for (const { type, values, unknown } of resources) {
    if (!objectTypes.includes(type)) continue;
    const { bucket, key, content } = asRecord(values);
    const isKnown = typeof content === 'string' && asRecord(unknown).content !== true;
    const place = `${bucket}/${key}`;
    found.set(place, found.has(place) || !isKnown ? undefined : content);
  }
  return found;
}

/** Returns the template of a stack that an object of the same plan contains. */
export function templateInBucket({ type, values }: Holder, objects: BucketObjects): string | undefined {
  const { template_url: url } = asRecord(values);
  if (type !== 'aws_cloudformation_stack' || typeof url !== 'string') return undefined;
  const [, bucket, key] = objectUrl.exec(url) ?? [];
  return objects.get(`${bucket}/${key}`);
}
