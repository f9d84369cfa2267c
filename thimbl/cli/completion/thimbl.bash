# Completion of thimbl(1) for bash 4.4 and newer. 'thimbl completion bash' prints it.

_thimbl() {
    local program=${1/#\~\//$HOME/} kind value
    type -P -- "$program" >/dev/null || program=thimbl
    COMPREPLY=()
    while IFS=$'\t' read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            part) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(
        _THIMBL_COMPLETE=bash_complete _THIMBL_LINE=${COMP_LINE:0:COMP_POINT} _THIMBL_WORD=$2 \
            _THIMBL_TYPE=$COMP_TYPE COLUMNS=$COLUMNS "$program" 2>/dev/null
    )
}

complete -o nosort -F _thimbl thimbl
