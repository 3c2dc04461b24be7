# fish completion for podctl; podctl itself knows what may stand where

function __podctl_complete
    set -l candidates (podctl complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path (commandline -ct)
    end
end

complete -c podctl -f -a '(__podctl_complete)'
