//! Folding the log of a run over its message.

use super::{Block, Entry, Holds, Message, Waiting};

impl Message {
    /// The message after one more entry of the run that writes it.
    pub fn fold(&mut self, entry: &Entry) {
        if let Some(making) = &mut self.making {
            // Whatever comes ends the waiting.
            making.waiting = None;
        }
        match entry {
            Entry::Text { block, text } => self.grow(*block, Holds::Text, text),
            Entry::Reasoning { block, text } => self.grow(*block, Holds::Reasoning, text),
            Entry::Part { part } => {
                if let Some(making) = &mut self.making {
                    match making
                        .parts
                        .iter_mut()
                        .find(|known| known.number == part.number)
                    {
                        Some(known) => known.clone_from(part),
                        None => making.parts.push(part.clone()),
                    }
                }
            }
            Entry::Seam { seam } => {
                if let Some(making) = &mut self.making {
                    making.seams.push(seam.clone());
                }
            }
            Entry::Waiting {
                why,
                until,
                attempt,
                at_most: _,
            } => {
                if let Some(making) = &mut self.making {
                    making.waiting = Some(Waiting {
                        why: why.clone(),
                        until: *until,
                        attempt: *attempt,
                    });
                }
            }
            Entry::Resumed => {}
            Entry::Over { state, making } => {
                self.state = *state;
                self.making = Some(making.clone());
            }
        }
    }

    fn grow(&mut self, number: u32, kind: Holds, text: &str) {
        let at = self.blocks.partition_point(|block| block.number < number);
        match self
            .blocks
            .get_mut(at)
            .filter(|block| block.number == number)
        {
            Some(block) => block.text.push_str(text),
            None => self.blocks.insert(
                at,
                Block {
                    number,
                    kind,
                    text: text.to_owned(),
                },
            ),
        }
    }
}
