import { styleText } from 'node:util';

const colors = { '+': 'green', '-': 'red', '~': 'yellow', ' ': 'dim' } as const;

/** Colours a symbol by its last character, if standard output is a terminal and NO_COLOR is not set. */
export function paint(symbol: string): string {
  const color = colors[symbol.at(-1) as keyof typeof colors];
  return color ? styleText(color, symbol, { stream: process.stdout }) : symbol;
}
