"""Figures of a filter from its scores: what is caught, what is called spam wrongly, how well the two are told apart."""

import math


def at_threshold(ham, spam, threshold):
    """Shares caught and wrongly called spam."""
    return sum(score >= threshold for score in spam) / len(spam), sum(score >= threshold for score in ham) / len(ham)


def caught_at(ham, spam, share):
    """What is caught when at most that share of the ham may score as high."""
    bound = sorted(ham, reverse=True)[math.floor(len(ham) * share)]
    return sum(score > bound for score in spam) / len(spam)


def roc_area(ham, spam):
    """The chance that a spam scores higher than a ham; ties count half."""
    ordered = sorted([(score, 0) for score in ham] + [(score, 1) for score in spam])
    area = below = position = 0
    while position < len(ordered):
        end = position
        while end < len(ordered) and ordered[end][0] == ordered[position][0]:
            end += 1
        spams = sum(kind for _, kind in ordered[position:end])
        area += spams * (below + (end - position - spams) / 2)
        below += end - position - spams
        position = end
    return area / len(ham) / len(spam)


def log_loss(ham, spam):
    bounded = [min(max(1 - score, 1e-6), 1 - 1e-6) for score in ham] + [min(max(score, 1e-6), 1 - 1e-6) for score in spam]
    return -sum(math.log(value) for value in bounded) / len(bounded)
