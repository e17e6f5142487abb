/**
 * What the execution of an event trigger gets as its input, in the words of EventBridge.
 * @module
 */
import type { Json } from '../../asl/json.js';
import type { InputSettings } from '../../events/input/target-input.js';

interface Given {
  input?: Json | undefined;
  inputPath?: string | undefined;
  inputTransformer?: { paths?: { [name: string]: string } | undefined; template: Json } | undefined;
}

/**
 * The settings of a target, from an entry of `trigger.events`.
 *
 * A template that is no text is its JSON text; a text in it that is only a placeholder stands for the value with its type:
 * `{ order: <id> }` gives `{"order": 7}`.
 * @example inputSettings({ inputPath: '$.detail' }) // { InputPath: '$.detail' }
 */
export function inputSettings({ input, inputPath, inputTransformer }: Given): InputSettings {
  return {
    ...(input === undefined ? {} : { Input: JSON.stringify(input) }),
    ...(inputPath === undefined ? {} : { InputPath: inputPath }),
    ...(inputTransformer === undefined
      ? {}
      : {
          InputTransformer: {
            InputPathsMap: inputTransformer.paths ?? {},
            InputTemplate: templateText(inputTransformer.template),
          },
        }),
  };
}

function templateText(template: Json): string {
  if (typeof template === 'string') return template;
  return JSON.stringify(template).replaceAll(/"(<[A-Za-z0-9_.-]{1,100}>)"/g, '$1');
}
