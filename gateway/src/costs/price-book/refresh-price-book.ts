export interface RefreshOptions {
  path: string;
}
export async function refreshPriceBook(_options: RefreshOptions): Promise<void> {}
