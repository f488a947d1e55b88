"""What any program needs: errors, settings, processes, waiting, files, progress, sentences.

It belongs here if it could serve a project that has nothing to do with Kubernetes or teaching.
The words Pod, exercise and cluster do not appear in code here.
"""
