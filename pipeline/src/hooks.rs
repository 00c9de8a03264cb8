//! Named points at which tests plan a failure. In production every point is passed without a look.

#[cfg(feature = "testing")]
use std::sync::{Arc, Mutex};

/// The points, in the order a step passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// The job is claimed, the step has not begun.
    Claimed,
    /// The step has its result in hand, nothing is written.
    Worked,
    /// Everything is written, nothing committed.
    Written,
    /// Everything is committed, the worker does not know yet.
    Committed,
}

impl Point {
    /// Every point, in order.
    pub const ALL: [Self; 4] = [Self::Claimed, Self::Worked, Self::Written, Self::Committed];
}

/// A planned failure: the worker behaves as if its process had ended there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Killed;

/// Where to fail.
#[derive(Clone, Default)]
pub struct Hooks {
    #[cfg(feature = "testing")]
    plan: Arc<Mutex<Option<(savoir_models::job::Step, Point)>>>,
}

impl Hooks {
    /// Fails once, at `point` of the next `step`.
    #[cfg(feature = "testing")]
    pub fn kill_at(&self, step: savoir_models::job::Step, point: Point) {
        if let Ok(mut plan) = self.plan.lock() {
            *plan = Some((step, point));
        }
    }

    /// Whether a planned failure is still to come.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn pending(&self) -> bool {
        self.plan.lock().is_ok_and(|plan| plan.is_some())
    }

    /// Passes `point` of `step`, unless a failure is planned for it.
    #[cfg(feature = "testing")]
    pub(crate) fn pass(&self, step: savoir_models::job::Step, point: Point) -> Result<(), Killed> {
        let Ok(mut plan) = self.plan.lock() else { return Ok(()) };
        if *plan == Some((step, point)) {
            *plan = None;
            return Err(Killed);
        }
        Ok(())
    }

    /// Passes.
    #[cfg(not(feature = "testing"))]
    pub(crate) fn pass(&self, _step: savoir_models::job::Step, _point: Point) -> Result<(), Killed> {
        Ok(())
    }
}
