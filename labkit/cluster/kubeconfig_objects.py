"""The objects of a probe, allowed also where Pods must meet the restricted standard. Pure."""

from labkit.kube.resources import Object

LABEL = "labkit.example/probe=yes"
VOLUME = [{"name": "volume", "persistentVolumeClaim": {"claimName": "claim"}}]
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def namespace_object() -> Object:
    key, _, value = LABEL.partition("=")
    metadata = {"generateName": "labkit-probe-", "labels": {key: value}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def working_pod(image: str, word: str) -> Object:
    return _pod("working", image, "say", word)


def asking_pod(name: str, image: str, address: str, *, seconds: int) -> Object:
    return _pod(name, image, "probe", address, str(seconds))


def storing_pod(image: str) -> Object:
    pod = _pod("storing", image, "true")
    pod["spec"]["volumes"] = VOLUME
    pod["spec"]["containers"][0]["volumeMounts"] = [{"name": "volume", "mountPath": "/volume"}]
    return pod


def serving_pod(name: str, image: str) -> Object:
    pod = _pod(name, image)
    pod["metadata"]["labels"] = {"app": name}
    pod["spec"]["containers"][0]["readinessProbe"] = {
        "tcpSocket": {"port": 8080},
        "periodSeconds": 1,
    }
    return pod


def claim(storage_class: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "claim"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def closed_policy(server: str) -> Object:
    """Nobody may reach that server."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "closed"},
        "spec": {"podSelector": {"matchLabels": {"app": server}}, "policyTypes": ["Ingress"]},
    }


def ingress(server: str, host: str, ingress_class: str) -> Object:
    backend = {"service": {"name": server, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": server},
        "spec": {
            "ingressClassName": ingress_class,
            "rules": [{"host": host, "http": {"paths": [path]}}],
        },
    }


def _pod(name: str, image: str, *arguments: str) -> Object:
    container: Object = {
        "name": "probe",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": list(arguments),
        "securityContext": RESTRICTED,
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "containers": [container],
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
        },
    }


def service(name: str, kind: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "type": kind,
            "selector": {"app": name},
            "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
        },
    }
