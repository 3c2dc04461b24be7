# fish completion for podctl; podctl itself knows what may stand where

complete -c podctl -a '(podctl complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
