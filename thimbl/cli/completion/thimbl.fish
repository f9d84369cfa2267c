# Completion of thimbl(1) for fish 3.1 and newer. 'thimbl completion fish' prints it.

function __thimbl_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    type -q -f -- $program; or set program thimbl
    set -l typed (commandline -ct)
    set -l option (string match -r '^--[^=]*=' -- $typed)
    set -l path (string replace -r '^--[^=]*=' '' -- $typed)
    _THIMBL_COMPLETE=fish_complete $program $words[2..-1] "$typed" 2>/dev/null | while read -l -d \t kind value what
        switch $kind
            case dir
                __fish_complete_directories "$path" | string replace -r '^' -- "$option"
            case file
                __fish_complete_path "$path" | string replace -r '^' -- "$option"
            case plain part
                printf '%s\t%s\n' $value $what
        end
    end
end

complete -c thimbl -e
complete -c thimbl -f -k -a '(__thimbl_complete)'
