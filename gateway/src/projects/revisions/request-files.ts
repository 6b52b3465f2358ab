import { type Files, singleFileName } from '@deployment-engine/contracts';

/** The uploaded files, whichever of the two ways they came. */
export function requestFiles(request: { iacCode?: string | undefined; files?: Files | undefined }): Files {
  return request.files ?? { [singleFileName]: request.iacCode ?? '' };
}
