//! What to do with news about an object that is on its way through the provider.

/// Who brings the news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A webhook: true when it was signed, but perhaps overtaken since.
    Event,
    /// The provider's answer to a question of ours: true now.
    Provider,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It tells nothing new.
    Stay,
    /// Take the steps that lead there.
    Go,
    /// It may be overtaken, and acting on it would be hard to undo: ask the provider.
    Ask,
    /// Both can't be true. Nothing moves; somebody has to look.
    Contradiction,
}

impl Verdict {
    /// `Ask` after an event; `sure` if the provider itself says so.
    pub(crate) fn by_source(source: Source, sure: Self) -> Self {
        match source {
            Source::Event => Self::Ask,
            Source::Provider => sure,
        }
    }
}
