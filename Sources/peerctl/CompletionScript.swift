import ArgumentParser

/// What the shells' completions lack, as the parser writes them: the commands behind `help`, which
/// is the parser's own, and in bash words with colons, such as addresses.
enum CompletionScript {
    /// A completion script with them; any other text as it is.
    static func mended(_ script: String) -> String {
        let topics = Peerctl.configuration.subcommands.map { $0._commandName }
        let words = topics.joined(separator: " ")
        if script.hasPrefix("#!/bin/bash\n") { return script + "\n" + bash(words) }
        if script.hasPrefix("#compdef peerctl\n") {
            return script.replacing("'*:subcommands:'", with: "'*:subcommands:(\(words))'")
        }
        if script.hasPrefix("function __peerctl_") {
            let isTopic = "__peerctl_should_offer_completions_for_positional \"peerctl help\" -eq 1"
            return script + "\ncomplete -c 'peerctl' -n '\(isTopic)' -fa '\(words)'"
        }
        return script
    }

    private static func bash(_ topics: String) -> String {
        #"""

        # In the place of the function of this name above.
        _peerctl_help() {
            COMPREPLY+=($(compgen -W '\#(topics)' -- "${cur}"))
        }

        # bash takes words apart at colons, and wants to be offered what comes behind the last one.
        _peerctl_with_colons() {
            local -a whole=()
            local -i index place=0
            local word previous=''
            for index in "${!COMP_WORDS[@]}"; do
                word="${COMP_WORDS[index]}"
                if ((index > 1)) && [[ "${word}" = +(:)* || "${previous}" = *: ]]; then
                    whole[-1]+="${word}"
                else
                    whole+=("${word}")
                fi
                previous="${word}"
                ((index != COMP_CWORD)) || place=$((${#whole[@]} - 1))
            done
            local -a COMP_WORDS=("${whole[@]}")
            local -i COMP_CWORD="${place}"
            local -r whole_word="${COMP_WORDS[COMP_CWORD]}"
            _peerctl "${1}" "${whole_word}" "${COMP_WORDS[COMP_CWORD - 1]}"
            local -r taken="${whole_word%"${whole_word##*:}"}"
            for index in "${!COMPREPLY[@]}"; do
                COMPREPLY[index]="${COMPREPLY[index]#"${taken}"}"
            done
        }

        complete -o filenames -F _peerctl_with_colons peerctl
        """#
    }
}
