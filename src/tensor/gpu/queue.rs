//! Commands as data: recorded, submitted, kept and submitted again.

use super::{
    device::{Device, Pipeline, SLOT, failed},
    memory::{Arena, Block, Pool},
};
use crate::{
    kernels::{Kernel, Loop, Tiling, Work},
    tensor::DeviceError,
};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    rc::Rc,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
};

/// Uniforms of one submission, at most.
const SLOTS: usize = 1024;

/// Multiply-adds of one submission, until the device has been timed.
const BURST: f64 = 4e9;

/// Part of a buffer.
#[derive(Clone)]
pub(super) struct View {
    pub(super) block: Rc<Block>,
    /// First element, a multiple of 64.
    pub(super) start: usize,
    /// Elements.
    pub(super) count: usize,
}

/// One run of a kernel.
#[derive(Clone)]
pub(super) struct Command {
    kernel: &'static Kernel,
    pipeline: Pipeline,
    group: wgpu::BindGroup,
    words: Vec<u32>,
    groups: [u32; 3],
    /// Multiply-adds.
    work: f64,
    reads: Vec<u64>,
    write: u64,
}

/// What a command touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// The kernel.
    pub kernel: &'static str,
    /// Buffers bound for reading.
    pub reads: Vec<u64>,
    /// The buffer bound for writing.
    pub write: u64,
    /// Groups along each axis.
    pub groups: [u32; 3],
}

/// Commands that can be submitted again and again; holds every buffer that they touch.
pub struct Recording {
    queue: Rc<Queue>,
    commands: Vec<Command>,
    /// The uniforms of all commands, on the device for good.
    uniforms: Option<wgpu::BindGroup>,
    arena: Arena,
    /// Buffers that were there before, and those filled while recording: what is read at every run.
    held: Vec<Rc<Block>>,
}

impl Recording {
    /// What it does, in order.
    pub fn dispatches(&self) -> Vec<Dispatch> {
        let dispatch = |command: &Command| Dispatch {
            kernel: command.kernel.name,
            reads: command.reads.clone(),
            write: command.write,
            groups: command.groups,
        };
        self.commands.iter().map(dispatch).collect()
    }

    /// Submits it, after everything asked for before.
    pub fn run(&self) {
        let queue = &self.queue;
        queue.flush();
        if queue.device.failure().is_some() {
            return;
        }
        let Some(uniforms) = &self.uniforms else { return };
        let mut encoder = queue.encoder();
        Queue::encode(&mut encoder, &self.commands, uniforms);
        queue.device.queue.submit([encoder.finish()]);
        self.held.iter().for_each(|block| block.used.set(queue.submission.get()));
        queue.submission.set(queue.submission.get() + 1);
    }

    /// Runs it once for every part of `batches`, copied into `input`, and gathers `report` after each into `reports`.
    pub(super) fn run_each(&self, batches: &View, input: &View, report: &View, reports: &View) {
        let queue = &self.queue;
        queue.flush();
        if queue.device.failure().is_some() {
            return;
        }
        let Some(uniforms) = &self.uniforms else { return };
        let mut encoder = queue.encoder();
        let work: f64 = self.commands.iter().map(|command| command.work).sum();
        let mut burst = 0.0;
        let [from, to] = [batches, reports].map(|view| 4 * view.start as u64);
        let [bytes, told] = [input, report].map(|view| 4 * view.count as u64);
        for run in 0..(batches.count / input.count) as u64 {
            let at = from + run * bytes;
            encoder.copy_buffer_to_buffer(
                &batches.block.buffer,
                at,
                &input.block.buffer,
                4 * input.start as u64,
                bytes,
            );
            Queue::encode(&mut encoder, &self.commands, uniforms);
            let at = to + run * told;
            encoder.copy_buffer_to_buffer(
                &report.block.buffer,
                4 * report.start as u64,
                &reports.block.buffer,
                at,
                told,
            );
            burst += work;
            if burst >= queue.burst.get() {
                queue.device.queue.submit([std::mem::replace(&mut encoder, queue.encoder()).finish()]);
                burst = 0.0;
            }
        }
        queue.device.queue.submit([encoder.finish()]);
        let used = [&batches.block, &input.block, &report.block, &reports.block];
        used.into_iter().chain(&self.held).for_each(|block| block.used.set(queue.submission.get()));
        queue.submission.set(queue.submission.get() + 1);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.held.clear();
        self.queue.pool.borrow_mut().retire(self.arena);
    }
}

/// A recording under way.
struct Tape {
    arena: Arena,
    commands: Vec<Command>,
    held: Vec<Rc<Block>>,
}

impl Tape {
    fn hold(&mut self, block: &Rc<Block>) {
        if !self.held.iter().any(|held| held.id == block.id) {
            self.held.push(block.clone());
        }
    }
}

type GroupKey = (&'static str, Vec<(u64, usize, usize)>);

/// The commands and buffers of a device.
pub(super) struct Queue {
    pub(super) device: Device,
    pub(super) pool: Rc<RefCell<Pool>>,
    /// How products are computed.
    pub(super) by: Cell<Loop>,
    /// Bytes that one tensor may take.
    pub(super) most: Cell<u64>,
    /// Multiply-adds that one submission may hold. Systems and browsers take a device away that does not answer for seconds.
    pub(super) burst: Cell<f64>,
    waiting: RefCell<Vec<Command>>,
    /// Multiply-adds that wait.
    work: Cell<f64>,
    /// Number of the submission that waiting commands will belong to.
    submission: Cell<u64>,
    ring: wgpu::Buffer,
    ring_group: wgpu::BindGroup,
    groups: RefCell<HashMap<GroupKey, wgpu::BindGroup>>,
    tape: RefCell<Option<Tape>>,
    arenas: Cell<Arena>,
}

fn uniform_buffer(device: &Device, slots: usize) -> (wgpu::Buffer, wgpu::BindGroup) {
    let buffer = device.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("uniforms"),
        size: slots as u64 * SLOT,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let binding = wgpu::BufferBinding { buffer: &buffer, offset: 0, size: wgpu::BufferSize::new(SLOT) };
    let group = device.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("uniforms"),
        layout: &device.uniforms,
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(binding) }],
    });
    (buffer, group)
}

fn uniform_bytes<'a>(commands: impl Iterator<Item = &'a Command>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, command) in commands.enumerate() {
        bytes.resize(index * SLOT as usize, 0);
        bytes.extend(command.words.iter().flat_map(|word| word.to_le_bytes()));
    }
    bytes.resize(bytes.len().next_multiple_of(SLOT as usize), 0);
    bytes
}

impl Queue {
    pub(super) fn new(device: Device) -> Rc<Self> {
        let (ring, ring_group) = uniform_buffer(&device, SLOTS);
        let by = if device.name.software { Loop::Blocks } else { Loop::Tiles };
        let most = Cell::new(device.limits.max_storage_buffer_binding_size);
        Rc::new(Queue {
            device,
            pool: Rc::default(),
            by: Cell::new(by),
            most,
            burst: Cell::new(BURST),
            waiting: RefCell::default(),
            work: Cell::new(0.0),
            submission: Cell::new(1),
            ring,
            ring_group,
            groups: RefCell::default(),
            tape: RefCell::default(),
            arenas: Cell::new(0),
        })
    }

    /// A buffer for `count` numbers that a kernel is going to write.
    pub(super) fn allocate(&self, count: usize) -> View {
        self.take(count, None)
    }

    fn take(&self, count: usize, waiting: Option<u64>) -> View {
        let mut bytes = 4 * count as u64;
        let most = self.most.get();
        if bytes > most {
            let why =
                format!("{} MB were asked for in one tensor, {} MB are allowed", bytes / 1_000_000, most / 1_000_000);
            self.device.fail(DeviceError { memory: true, ..failed(why) });
            bytes = 4;
        }
        let arena = self.tape.borrow().as_ref().map_or(0, |tape| tape.arena);
        let block = Pool::take(&self.pool, &self.device.device, bytes, arena, waiting);
        View { block, start: 0, count }
    }

    /// A buffer with these numbers.
    pub(super) fn upload(&self, values: &[f32]) -> View {
        let view = self.take(values.len(), Some(self.submission.get()));
        if let Some(tape) = &mut *self.tape.borrow_mut() {
            tape.hold(&view.block);
        }
        self.write(&view, values);
        view
    }

    /// Writes numbers into a buffer that no waiting command uses.
    pub(super) fn write(&self, view: &View, values: &[f32]) {
        if self.device.failure().is_some() {
            return;
        }
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.device.queue.write_buffer(&view.block.buffer, 4 * view.start as u64, &bytes);
    }

    /// Writes numbers into a buffer that waiting commands may still use: they are submitted first.
    pub(super) fn overwrite(&self, view: &View, values: &[f32]) {
        if view.block.used.get() >= self.submission.get() {
            self.flush();
        }
        self.write(view, values);
    }

    /// Records one run of a kernel.
    pub(super) fn run(
        &self,
        kernel: &'static Kernel,
        words: Vec<u32>,
        reads: &[&View],
        write: &View,
        work: Work,
        dense: bool,
    ) {
        self.run_by(work.tiling(self.by.get()), kernel, words, reads, write, work, dense);
    }

    /// The same, a product by this tiling.
    #[allow(clippy::too_many_arguments, reason = "what `run` takes, and the tiling")]
    pub(super) fn run_by(
        &self,
        tiling: Option<Tiling>,
        kernel: &'static Kernel,
        words: Vec<u32>,
        reads: &[&View],
        write: &View,
        work: Work,
        dense: bool,
    ) {
        if self.device.failure().is_some() {
            return;
        }
        debug_assert_eq!(reads.len(), kernel.reads, "{} reads {} buffers", kernel.name, kernel.reads);
        let groups = work.groups(tiling);
        if let Some(axis) =
            groups.iter().find(|&&count| count > self.device.limits.max_compute_workgroups_per_dimension)
        {
            let why = format!("{} needs {axis} groups along one axis", kernel.name);
            self.device.fail(DeviceError { memory: true, ..failed(why) });
            return;
        }
        let pipeline = self.device.pipeline(kernel, tiling, dense);
        let group = self.group(kernel, &pipeline, reads, write);
        let command = Command {
            kernel,
            pipeline,
            group,
            work: kernel.multiply_adds(&words) as f64,
            words,
            groups,
            reads: reads.iter().map(|view| view.block.id).collect(),
            write: write.block.id,
        };
        for view in reads.iter().copied().chain([write]) {
            view.block.used.set(self.submission.get());
        }
        if let Some(tape) = &mut *self.tape.borrow_mut() {
            // Buffers made while recording belong to it alone, and are used again within it once they are free.
            let foreign = reads.iter().copied().chain([write]).filter(|view| view.block.arena != tape.arena);
            let foreign: Vec<_> = foreign.map(|view| view.block.clone()).collect();
            foreign.iter().for_each(|block| tape.hold(block));
            tape.commands.push(command);
            return;
        }
        self.work.set(self.work.get() + command.work);
        self.waiting.borrow_mut().push(command);
        if self.waiting.borrow().len() >= SLOTS || self.work.get() >= self.burst.get() {
            self.flush();
        }
    }

    fn group(&self, kernel: &'static Kernel, pipeline: &Pipeline, reads: &[&View], write: &View) -> wgpu::BindGroup {
        let views = || reads.iter().copied().chain([write]);
        let key = (kernel.name, views().map(|view| (view.block.id, view.start, view.count)).collect::<Vec<_>>());
        if let Some(group) = self.groups.borrow().get(&key) {
            return group.clone();
        }
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (1..)
            .zip(views())
            .map(|(binding, view)| wgpu::BindGroupEntry {
                binding,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &view.block.buffer,
                    offset: 4 * view.start as u64,
                    size: wgpu::BufferSize::new(4 * view.count as u64),
                }),
            })
            .collect();
        let group = self.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &pipeline.layout,
            entries: &entries,
        });
        let mut groups = self.groups.borrow_mut();
        if groups.len() > 8192 {
            groups.clear();
        }
        groups.insert(key, group.clone());
        group
    }

    /// Submits what waits.
    pub(super) fn flush(&self) {
        let commands = self.waiting.take();
        self.work.set(0.0);
        if commands.is_empty() || self.device.failure().is_some() {
            return;
        }
        self.device.queue.write_buffer(&self.ring, 0, &uniform_bytes(commands.iter()));
        let mut encoder = self.encoder();
        Queue::encode(&mut encoder, &commands, &self.ring_group);
        self.device.queue.submit([encoder.finish()]);
        self.submission.set(self.submission.get() + 1);
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None })
    }

    fn encode(encoder: &mut wgpu::CommandEncoder, commands: &[Command], uniforms: &wgpu::BindGroup) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes: None });
        for (index, command) in commands.iter().enumerate() {
            pass.set_pipeline(&command.pipeline.pipeline);
            pass.set_bind_group(0, &command.group, &[]);
            pass.set_bind_group(1, uniforms, &[(index as u64 * SLOT) as u32]);
            let [x, y, z] = command.groups;
            pass.dispatch_workgroups(x, y, z);
        }
    }

    /// Keeps the commands of `work` instead of running them.
    pub(super) fn record<T>(self: &Rc<Self>, work: impl FnOnce() -> T) -> (T, Recording) {
        self.arenas.set(self.arenas.get() + 1);
        let arena = self.arenas.get();
        let outer = self.tape.replace(Some(Tape { arena, commands: Vec::new(), held: Vec::new() }));
        debug_assert!(outer.is_none(), "recordings do not nest");
        let result = work();
        let tape = self.tape.replace(outer);
        let (commands, held) = tape.map_or((Vec::new(), Vec::new()), |tape| (tape.commands, tape.held));
        let uniforms = (!commands.is_empty() && self.device.failure().is_none()).then(|| {
            let (buffer, group) = uniform_buffer(&self.device, commands.len());
            self.device.queue.write_buffer(&buffer, 0, &uniform_bytes(commands.iter()));
            group
        });
        (result, Recording { queue: self.clone(), commands, uniforms, arena, held })
    }

    /// Waits for everything asked for so far and copies parts of it to the host, in one readback.
    pub(super) async fn read(&self, views: &[&View]) -> Result<Vec<Vec<f32>>, DeviceError> {
        self.flush();
        self.device.failure().map_or(Ok(()), Err)?;
        let total: u64 = views.iter().map(|view| 4 * view.count as u64).sum();
        if total == 0 {
            return Ok(views.iter().map(|_| Vec::new()).collect());
        }
        let staging = self.device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: total,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.encoder();
        let mut at = 0;
        for view in views {
            let bytes = 4 * view.count as u64;
            encoder.copy_buffer_to_buffer(&view.block.buffer, 4 * view.start as u64, &staging, at, bytes);
            at += bytes;
        }
        self.device.queue.submit([encoder.finish()]);
        self.submission.set(self.submission.get() + 1);
        mapped(&self.device, &staging).await?;
        let range = staging.get_mapped_range(..).map_err(|error| failed(error.to_string()))?;
        let mut numbers =
            range.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        Ok(views.iter().map(|view| numbers.by_ref().take(view.count).collect()).collect())
    }
}

#[derive(Default)]
struct Mapping {
    result: Option<Result<(), String>>,
    waker: Option<Waker>,
}

/// Waits until a buffer can be read.
async fn mapped(device: &Device, buffer: &wgpu::Buffer) -> Result<(), DeviceError> {
    let mapping = Arc::new(Mutex::new(Mapping::default()));
    let theirs = mapping.clone();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        if let Ok(mut mapping) = theirs.lock() {
            mapping.result = Some(result.map_err(|error| error.to_string()));
            if let Some(waker) = mapping.waker.take() {
                waker.wake();
            }
        }
    });
    // In browsers this does nothing and the event loop answers; elsewhere nobody else would.
    let polled = device.device.poll(wgpu::PollType::wait_indefinitely());
    polled.map_err(|error| failed(error.to_string()))?;
    let result = poll_fn(|context| match mapping.lock() {
        Ok(mut mapping) => match mapping.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                mapping.waker = Some(context.waker().clone());
                Poll::Pending
            }
        },
        Err(_) => Poll::Ready(Err("a callback panicked".into())),
    });
    // A device that is lost fails the mapping too; its own reason says more.
    result.await.map_err(|why| device.failure().unwrap_or_else(|| failed(why)))
}
