import { Args } from '@oclif/core';
import { MillraceCommand } from '../base-command.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `millrace completion SHELL`: prints a completion script. */
export default class Completion extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Print a completion script for your shell';
  static override description =
    'bash: eval "$(millrace completion bash)" · zsh: eval "$(millrace completion zsh)" · fish: millrace completion fish | source';
  static override args = {
    shell: Args.string({ required: true, options: [...SHELLS], description: 'bash, zsh or fish' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const commands = this.config.commands.filter((command) => !command.hidden);
    const names = commands.map((command) => command.id).sort();
    const flags = new Map(
      commands.map((command) => [
        command.id,
        Object.keys(command.flags)
          .map((flag) => `--${flag}`)
          .sort(),
      ]),
    );
    switch (args.shell as (typeof SHELLS)[number]) {
      case 'bash':
        this.log(bash(names, flags));
        return;
      case 'zsh':
        this.log(`autoload -U +X bashcompinit && bashcompinit\n${bash(names, flags)}`);
        return;
      case 'fish':
        this.log(fish(commands, flags));
    }
  }
}

function bash(names: string[], flags: Map<string, string[]>): string {
  const cases = names.map((name) => `    ${name}) words="${flags.get(name)?.join(' ') ?? ''}" ;;`);
  return [
    '_millrace() {',
    '  local word="$2" words=""',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash that fills this in
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    `  [ "$COMP_CWORD" -eq 1 ] && words="${names.join(' ')}"`,
    '  COMPREPLY=( $(compgen -W "$words" -- "$word") )',
    '}',
    'complete -o default -F _millrace millrace',
  ].join('\n');
}

function fish(
  commands: readonly { id: string; summary?: string | undefined }[],
  flags: Map<string, string[]>,
): string {
  const lines: string[] = [];
  for (const { id, summary } of commands) {
    const text = (summary ?? '').replaceAll("'", "\\'");
    lines.push(`complete -c millrace -n __fish_use_subcommand -a ${id} -d '${text}'`);
    for (const flag of flags.get(id) ?? []) {
      lines.push(`complete -c millrace -n '__fish_seen_subcommand_from ${id}' -l ${flag.slice(2)}`);
    }
  }
  return lines.join('\n');
}
