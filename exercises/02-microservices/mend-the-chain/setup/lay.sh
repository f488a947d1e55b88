# Apply the chain with one mistake in it: the one that was drawn.
set -eu
case ${fault} in
selector) wrong='s/shop/store/' ;;
target) wrong='s/8080/8008/' ;;
address) wrong='s/stock/stocks/' ;;
probe) wrong='s/healthz/ready/' ;;
esac
sed "/# drawn: ${fault}/ $wrong" chain.yaml | kubectl apply --filename=-
