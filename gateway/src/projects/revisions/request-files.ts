import { type Files, singleFileName } from '@deployment-engine/contracts';

/** Returns the uploaded files, sent either as `files` or as `iacCode`. */
export function requestFiles(request: { iacCode?: string | undefined; files?: Files | undefined }): Files {
  return request.files ?? { [singleFileName]: request.iacCode ?? '' };
}
