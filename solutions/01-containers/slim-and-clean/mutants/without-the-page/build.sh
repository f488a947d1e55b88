# Makes the page out of the timetable. It needs the compiler, and nothing of the depot.
set -e
test -s /usr/lib/tools/compiler || { echo "build.sh: there is no compiler here" >&2; exit 1; }
mkdir -p www
line=$(head -n 1 timetable.txt)
stops=$(tail -n +2 timetable.txt | wc -l)
echo "{\"line\": \"$line\", \"stops\": \"$stops\"}" > www/info
