/**
 * Compares as `Fn::Equals` does, by text: `true` is the text `true`. Returns `undefined` where CloudFormation may see other texts:
 * for a number that is written in another way, such as `1.0`, and for lists, maps and unknown values.
 */
export function areEqual(left: unknown, right: unknown, hasOddNumbers: boolean): boolean | undefined {
  if (!isScalar(left) || !isScalar(right)) return undefined;
  const isSame = String(left) === String(right);
  const isNumeric = isNumber(left) && isNumber(right);
  if (isNumeric && (hasOddNumbers || (!isSame && Number(left) === Number(right)))) return undefined;
  return isSame || typeof left === typeof right ? isSame : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isNumber(value: string | number | boolean): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)))
  );
}
