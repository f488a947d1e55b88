"""What policies say, case by case, written by hand: who is cut from whom, and who passes after all.

Two teams of Pods on two nodes, and somebody outside. Each case begins from everything open. A
pattern is `source > target port`, with stars; without a port it means all of them.
"""

from tests.support.policy_objects import (
    ANY,
    BANK,
    BOTH,
    IN,
    OUT,
    SHOP,
    STORE,
    app,
    block,
    come,
    go,
    named,
    pods,
    policy,
    tcp,
    teams,
    udp,
    where,
)
from tests.support.policy_world import Case

CASES = {
    "no policy": Case(()),
    "nothing comes in": Case((policy("shop", policyTypes=IN),), ("* > shop/*",)),
    "left out, it is about what comes in": Case((policy("shop"),), ("* > shop/*",)),
    "everything comes in": Case((policy("shop", ingress=come()),)),
    "nothing goes out": Case((policy("shop", policyTypes=OUT),), ("shop/* > *",)),
    "everything goes out": Case((policy("shop", egress=go(), policyTypes=OUT),)),
    "nothing either way": Case((policy("shop", policyTypes=BOTH),), ("* > shop/*", "shop/* > *")),
    "left out, it is about what goes out too where rules are": Case(
        (policy("shop", egress=go(teams(BANK))),),
        ("* > shop/*", "shop/* > *"),
        ("shop/* > bank/*",),
    ),
    "types say in only, so what goes out is free": Case(
        (policy("shop", egress=go(teams(BANK)), policyTypes=IN),), ("* > shop/*",)
    ),
    "one Pod selected by its label": Case((policy("shop", STORE),), ("* > shop/store",)),
    "a label that nobody has": Case((policy("shop", app("nobody")),)),
    "In": Case(
        (policy("shop", where("app", "In", "store", "cart")),),
        ("* > shop/store", "* > shop/cart"),
    ),
    "NotIn": Case(
        (policy("shop", where("app", "NotIn", "front")),), ("* > shop/store", "* > shop/cart")
    ),
    "NotIn holds for those without the label": Case(
        (policy("bank", where("tier", "NotIn", "back")),), ("* > bank/front",)
    ),
    "Exists": Case((policy("bank", where("tier", "Exists")),), ("* > bank/vault",)),
    "DoesNotExist": Case((policy("bank", where("tier", "DoesNotExist")),), ("* > bank/front",)),
    "label and expression must both hold": Case(
        (policy("shop", {**where("tier", "In", "back"), **app("cart")}),), ("* > shop/cart",)
    ),
    "from Pods of the namespace": Case(
        (policy("shop", STORE, ingress=come(pods(app("front")))),),
        ("* > shop/store",),
        ("shop/front > shop/store",),
    ),
    "from all Pods of the namespace": Case(
        (policy("shop", ingress=come(pods(ANY))),), ("* > shop/*",), ("shop/* > shop/*",)
    ),
    "from a team": Case(
        (policy("shop", STORE, ingress=come(teams(BANK))),),
        ("* > shop/store",),
        ("bank/* > shop/store",),
    ),
    "from every namespace, which outside is not": Case(
        (policy("shop", ingress=come(teams(ANY))),), ("outside > shop/*",)
    ),
    "from certain Pods of a team": Case(
        (policy("shop", ingress=come({**teams(BANK), **pods(app("front"))})),),
        ("* > shop/*",),
        ("bank/front > shop/*",),
    ),
    "from certain Pods, or from a team": Case(
        (policy("shop", ingress=come(teams(BANK), pods(app("front")))),),
        ("* > shop/*",),
        ("bank/* > shop/*", "shop/front > shop/*"),
    ),
    "from teams by expression": Case(
        (policy("shop", ingress=come(teams(where("region", "Exists")))),),
        ("* > shop/*",),
        ("bank/* > shop/*",),
    ),
    "from a team by its name": Case(
        (
            policy(
                "bank",
                ingress=come(teams({"matchLabels": {"kubernetes.io/metadata.name": "shop"}})),
            ),
        ),
        ("* > bank/*",),
        ("shop/* > bank/*",),
    ),
    "only a port": Case(
        (policy("shop", STORE, ingress=come(ports=[tcp(8080)])),),
        ("* > shop/store",),
        ("* > shop/store t8080",),
    ),
    "two ports of two protocols": Case(
        (policy("shop", STORE, ingress=come(ports=[tcp(9090), udp(5353)])),),
        ("* > shop/store",),
        ("* > shop/store t9090", "* > shop/store u5353"),
    ),
    "a protocol without a port": Case(
        (policy("shop", STORE, ingress=come(ports=[{"protocol": "UDP"}])),),
        ("* > shop/store t*",),
    ),
    "without a protocol it is TCP": Case(
        (policy("shop", STORE, ingress=come(ports=[{"port": 5353}, {"port": 8080}])),),
        ("* > shop/store",),
        ("* > shop/store t8080",),
    ),
    "SCTP opens nothing else": Case(
        (policy("shop", STORE, ingress=come(ports=[{"port": 8080, "protocol": "SCTP"}])),),
        ("* > shop/store",),
    ),
    "a span of ports": Case(
        (policy("shop", STORE, ingress=come(ports=[tcp(8000, 9000)])),),
        ("* > shop/store",),
        ("* > shop/store t8080",),
    ),
    "a span that ends on the port": Case(
        (policy("shop", STORE, ingress=come(ports=[tcp(8081, 9090)])),),
        ("* > shop/store",),
        ("* > shop/store t9090",),
    ),
    "spans that overlap, from peers that overlap": Case(
        (
            policy(
                "shop",
                STORE,
                ingress=[
                    *come(block("10.2.0.0/16"), ports=[tcp(8000, 8500), tcp(8080, 9000)]),
                    *come(block("@bank/vault/32"), ports=[tcp(8081, 9090)]),
                ],
            ),
        ),
        ("* > shop/store",),
        ("*/* > shop/store t8080", "bank/vault > shop/store t9090"),
    ),
    "a port by name is what the Pod calls so": Case(
        (policy("shop", ingress=come(ports=[tcp("web")])),),
        ("* > shop/*",),
        ("* > shop/front t8080", "* > shop/cart t8080", "* > shop/store t9090"),
    ),
    "a name of another protocol is no port": Case(
        (policy("shop", STORE, ingress=come(ports=[tcp("ask")])),), ("* > shop/store",)
    ),
    "a port by name of UDP": Case(
        (policy("shop", STORE, ingress=come(ports=[udp("ask")])),),
        ("* > shop/store",),
        ("* > shop/store u5353",),
    ),
    "out to a port by name of each Pod there": Case(
        (policy("bank", egress=go(pods(ANY), teams(SHOP), ports=[tcp("web")]), policyTypes=OUT),),
        ("bank/* > *",),
        (
            "bank/* > bank/* t8080",
            "bank/* > shop/front t8080",
            "bank/* > shop/cart t8080",
            "bank/* > shop/store t9090",
        ),
    ),
    "peers and ports must both fit": Case(
        (policy("shop", STORE, ingress=come(pods(app("front")), ports=[tcp(9090)])),),
        ("* > shop/store",),
        ("shop/front > shop/store t9090",),
    ),
    "two rules add up": Case(
        (
            policy(
                "shop",
                STORE,
                ingress=[
                    *come(pods(app("front")), ports=[tcp(9090)]),
                    *come(teams(BANK), ports=[udp(5353)]),
                ],
            ),
        ),
        ("* > shop/store",),
        ("shop/front > shop/store t9090", "bank/* > shop/store u5353"),
    ),
    "two policies add up": Case(
        (
            named("closed", policy("shop")),
            named("open", policy("shop", STORE, ingress=come(teams(BANK)))),
        ),
        ("* > shop/*",),
        ("bank/* > shop/store",),
    ),
    "out to Pods of the namespace": Case(
        (policy("shop", app("front"), egress=go(pods(STORE)), policyTypes=OUT),),
        ("shop/front > *",),
        ("shop/front > shop/store",),
    ),
    "out to a team on a port": Case(
        (policy("shop", egress=go(teams(BANK), ports=[tcp(8080)]), policyTypes=OUT),),
        ("shop/* > *",),
        ("shop/* > bank/* t8080",),
    ),
    "out to a port of anybody": Case(
        (policy("shop", egress=go(ports=[udp(5353)]), policyTypes=OUT),),
        ("shop/* > *",),
        ("shop/* > * u5353",),
    ),
    "out must be allowed, and in": Case(
        (
            policy("shop", egress=go(teams(BANK)), policyTypes=OUT),
            policy("bank", app("vault"), ingress=come(teams(SHOP), ports=[tcp(8080)])),
        ),
        ("shop/* > *", "* > bank/vault"),
        ("shop/* > bank/front", "shop/* > bank/vault t8080"),
    ),
    "from a block": Case(
        (policy("shop", STORE, ingress=come(block("@shop/front/32"))),),
        ("* > shop/store",),
        ("shop/front > shop/store",),
    ),
    "from a block but its hole": Case(
        (policy("shop", ingress=come(block("10.2.0.0/16", "@bank/vault/32"))),),
        ("outside > shop/*", "bank/vault > shop/*"),
    ),
    "from outside only": Case(
        (policy("shop", STORE, ingress=come(block("0.0.0.0/0", "10.0.0.0/8"))),),
        ("*/* > shop/store",),
    ),
    "from anywhere by a block": Case((policy("shop", ingress=come(block("0.0.0.0/0"))),)),
    "out to a block on a port": Case(
        (policy("bank", egress=go(block("@outside/32"), ports=[tcp(9090)]), policyTypes=OUT),),
        ("bank/* > *",),
        ("bank/* > outside t9090",),
    ),
    "out to all but some": Case(
        (
            policy(
                "bank",
                egress=go(block("0.0.0.0/0", "@outside/32", "@shop/store/32")),
                policyTypes=OUT,
            ),
        ),
        ("bank/* > outside", "bank/* > shop/store"),
    ),
    "a block of another kind of address": Case(
        (policy("shop", STORE, ingress=come(block("2001:db8::/32"))),), ("* > shop/store",)
    ),
}
