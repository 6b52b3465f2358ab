export function importPriceBook(_file: string): void {}
