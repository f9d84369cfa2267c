# What runs in a shell on the far side of `thimbl push` (thimbl/home/push.py), fed to `sh` through standard input.
#
# - POSIX sh and utilities alone. What is not in POSIX (a SHA-256, readlink -f, syncing one file) is used where it is.
# - The stream may end anywhere. A cut line must do nothing: what publishes is `commit`, which needs the nonce behind
#   it, and files that were cut do not have their sums. A command that reads gets no part of the stream.
# - Before `commit` nothing changes but a folder `.push` in the archive, and `.NAME.push-*` beside the plan. `commit`
#   renames: the archive's pages, then the plan, then the note of what was published last. Each is wholly there or not,
#   and the plan never names a record that the archive lacks.
# - Nothing is removed but what a push that was cut short has left in those two places.
# - A line for the near side begins with the nonce; whatever else is printed is not looked at.
#
# Set before: nonce, folder, plan (a name in the folder).

LC_ALL=C
export LC_ALL
umask 022
# Whoever hangs up after `commit` has begun does not stop it in the middle.
trap '' HUP PIPE INT
unalias -a
unset CDPATH

say() {
    printf '%s %s\n' "$nonce" "$*"
}

die() {
    say fault "$@"
    exit 1
}

tool=
for each in sha256sum 'shasum -a 256' 'sha256 -r' 'openssl dgst -sha256 -r'; do
    if command -v "${each%% *}" >/dev/null; then
        tool=$each
        break
    fi
done

# sum FILE: into $sum; its size in bytes where there is no tool for more.
sum() {
    # shellcheck disable=SC2086
    if [ -n "$tool" ]; then
        sum=$($tool <"$1") || return 1
    else
        sum=$(wc -c <"$1") || return 1
    fi
    set -- $sum
    sum=$1
}

# here: go to the folder, and find the plan, which may be a link to where it is.
here() {
    cd "$folder" || die no-folder
    plan_at=./$plan
    if [ -L "$plan_at" ]; then
        plan_at=$(readlink -f "$plan_at") || die link
    fi
    archive=./$plan.d
    stage=$archive/.push/$nonce
    plan_new=${plan_at%/*}/.$plan.push-$nonce
    if [ -e "$plan_at" ] && [ ! -f "$plan_at" ]; then die odd-plan; fi
    if [ -e "$archive" ] && [ ! -d "$archive" ]; then die odd-archive; fi
}

# others NAME: say so where others may not enter a folder.
others() {
    # shellcheck disable=SC2012
    case $(ls -ld "$1") in
        ?????????[xt]*) ;;
        *) say closed "$2" ;;
    esac
}

# now: what the plan's sum is, `none` where there is none, in $sum.
now() {
    sum=none
    if [ -f "$plan_at" ]; then
        [ -r "$plan_at" ] || die closed-plan
        sum "$plan_at" || die closed-plan
    fi
}

# look: what is there.
look() {
    say tool "${tool:-none}"
    others . folder
    now
    size=0
    if [ "$sum" != none ]; then size=$(wc -c <"$plan_at"); fi
    say plan "$sum" $size
    if [ -d "$archive" ]; then
        others "$archive" archive
        if [ -n "$tool" ] && cd "$archive"; then
            # shellcheck disable=SC2010,SC2086
            ls | grep -E '^([0-9]+|head|following)\.json$' | xargs $tool /dev/null | while read -r sum name; do
                say file "$sum" "${name#\*}"
            done
            cd "$OLDPWD" || die no-folder
        fi
    fi
    say end
} </dev/null

# show: the plan itself.
show() {
    say text
    cat "$plan_at"
    printf '\n'
    say end
} </dev/null

# begin: a place for what comes, beside where it will be, so that a rename is all that is left to do.
begin() {
    mkdir -p "$archive" && rm -rf "$archive/.push" && mkdir "$archive/.push" && mkdir "$stage" || die no-room "$plan.d"
    rm -f "${plan_at%/*}/.$plan.push-"*
    names=
    whole=
} </dev/null

# got NAME SUM: a file of the archive came; is it whole?
got() {
    sum "$stage/$1" && [ "$sum" = "$2" ] && chmod 644 "$stage/$1" || die no-room "$1"
    case $1 in head.json) ;; *) names="$names $1" ;; esac
    say got "$1"
} </dev/null

# got_plan SUM: likewise.
got_plan() {
    sum "$plan_new" && [ "$sum" = "$1" ] && chmod 644 "$plan_new" || die no-room "$plan"
    whole=yes
    say got "$plan"
} </dev/null

# keep SUFFIX: keep the plan that is there under a second name, never over another file.
keep() {
    number=1
    kept=$plan_at.$1
    while [ -e "$kept" ] || [ -L "$kept" ]; do
        if cmp -s "$plan_at" "$kept"; then
            say kept "${kept##*/}"
            return
        fi
        number=$((number + 1))
        kept=$plan_at.$1-$number
    done
    ln "$plan_at" "$kept" || cp -p "$plan_at" "$kept" || die no-room "${kept##*/}"
    say kept "${kept##*/}"
}

# flush FILE...: what was written there is on the disk.
flush() {
    sync "$@" || sync || :
}

# commit SEEN SUFFIX NONCE: publish what came, in place of the plan whose sum is SEEN, kept under SUFFIX unless `none`.
commit() {
    [ "$3" = "$nonce" ] || die cut
    now
    [ "$sum" = "$1" ] || die changed
    flush "$stage"/* ${whole:+"$plan_new"}
    if [ "$2" != none ]; then keep "$2"; fi
    for name in $names; do
        mv -f "$stage/$name" "$archive/$name" || die half
    done
    flush "$archive"
    if [ -n "$whole" ]; then
        mv -f "$plan_new" "$plan_at" || die half
        flush "${plan_at%/*}"
    fi
    if [ -f "$stage/head.json" ]; then
        mv -f "$stage/head.json" "$archive/head.json" || die half
        flush "$archive"
    fi
    rm -rf "$archive/.push"
    say done
    exit 0
} </dev/null

exec 2>/dev/null
