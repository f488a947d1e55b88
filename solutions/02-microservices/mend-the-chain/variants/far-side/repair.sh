# The other end of what did not fit is changed, so that it fits.
set -eu
case ${fault} in
selector) kubectl patch deployment stock --patch-file=label.yaml ;;
target) kubectl patch deployment stock --patch-file=port.yaml ;;
address) kubectl apply --filename=service-stocks.yaml ;;
probe) kubectl patch deployment stock --patch-file=probe.yaml ;;
esac
