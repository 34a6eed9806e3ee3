"""The routes under ``/ic-light``, for programs.

May import: errors, light, models, picture, request, subject, support.
"""
