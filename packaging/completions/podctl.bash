# bash completion for podctl; podctl itself knows what may stand where

_podctl() {
    local line=${COMP_LINE:0:COMP_POINT} words last
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=('')
    last=${words[-1]}
    mapfile -t COMPREPLY < <(podctl complete -- "${words[@]:1}" 2>/dev/null)

    # bash puts a candidate in the place of what follows the last = or :
    COMPREPLY=("${COMPREPLY[@]#"${last%"${last##*[=:]}"}"}")
    [[ ${COMPREPLY[0]-} != *[=:] ]] || compopt -o nospace
}

complete -o default -F _podctl podctl
