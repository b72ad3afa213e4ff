import * as vscode from 'vscode';
import type { TextSpan } from '../protocol';
import type { TextPosition } from './target';

/** Ours count from 1, VS Code's from 0. */
export function rangeOf({ startLine, startColumn, endLine, endColumn }: TextSpan): vscode.Range {
  return new vscode.Range(startLine - 1, startColumn - 1, endLine - 1, endColumn - 1);
}

export function positionOf({ line, character }: vscode.Position): TextPosition {
  return { line: line + 1, column: character + 1 };
}
