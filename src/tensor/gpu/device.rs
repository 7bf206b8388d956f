//! Finding and opening a device, and knowing when it is gone.

use crate::{
    kernels::{Kernel, Tiling},
    tensor::DeviceError,
};
use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What an adapter says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterName {
    /// Its name, for instance "llvmpipe (LLVM 15.0.6, 256 bits)"; may be empty in browsers.
    pub name: String,
    /// What speaks to it: Vulkan, Metal, Dx12 or WebGPU.
    pub api: String,
    /// Whether it computes in software, as far as it says so.
    pub software: bool,
}

impl std::fmt::Display for AdapterName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = if self.name.is_empty() { "unnamed adapter" } else { &self.name };
        write!(out, "{name} · {}", self.api)
    }
}

/// Bytes of a uniform: the alignment that every device accepts for dynamic offsets.
pub(super) const SLOT: u64 = 256;

/// A pipeline and the layout of its storage buffers.
#[derive(Clone)]
pub(super) struct Pipeline {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

type PipelineKey = (&'static str, Option<Tiling>, bool);

/// An open device with its pipelines.
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) name: AdapterName,
    pub(super) limits: wgpu::Limits,
    pub(super) uniforms: wgpu::BindGroupLayout,
    pipelines: RefCell<HashMap<PipelineKey, Pipeline>>,
    /// Why nothing more can be computed; set from callbacks.
    failure: Arc<Mutex<Option<DeviceError>>>,
}

pub(super) fn failed(why: impl Into<String>) -> DeviceError {
    DeviceError { device: "GPU".into(), why: why.into(), memory: false }
}

impl Device {
    /// Opens the best adapter, with the default limits and no optional feature.
    ///
    /// # Errors
    /// No adapter, or one that refuses.
    pub(super) async fn open() -> Result<Self, DeviceError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await;
        let adapter = adapter.map_err(|error| match error {
            wgpu::RequestAdapterError::NotFound { .. } => failed("no adapter was found"),
            error => failed(format!("no adapter was found: {error}")),
        })?;
        let limits = wgpu::Limits::default();
        let wanted = wgpu::DeviceDescriptor { required_limits: limits.clone(), ..Default::default() };
        let (device, queue) =
            adapter.request_device(&wanted).await.map_err(|error| failed(format!("it would not open: {error}")))?;
        let info = adapter.get_info();
        let name = AdapterName {
            name: info.name.clone(),
            api: if info.backend == wgpu::Backend::BrowserWebGpu {
                "WebGPU".into()
            } else {
                format!("{:?}", info.backend)
            },
            software: info.device_type == wgpu::DeviceType::Cpu
                || info.name.to_ascii_lowercase().contains("swiftshader"),
        };
        let failure = Arc::new(Mutex::new(None));
        let fail = |failure: &Arc<Mutex<Option<DeviceError>>>| {
            let failure = failure.clone();
            move |why: DeviceError| {
                if let Ok(mut failure) = failure.lock() {
                    failure.get_or_insert(why);
                }
            }
        };
        let lost = fail(&failure);
        device.set_device_lost_callback(move |reason, message| {
            lost(failed(format!("it was lost ({reason:?}): {message}")));
        });
        let wrong = fail(&failure);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| match error {
            wgpu::Error::OutOfMemory { .. } => {
                wrong(DeviceError { memory: true, ..failed("it is out of memory") });
            }
            error => wrong(failed(error.to_string())),
        }));
        let uniforms = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("uniform"),
            entries: &[entry(0, wgpu::BufferBindingType::Uniform)],
        });
        Ok(Device { device, queue, name, limits, uniforms, pipelines: RefCell::default(), failure })
    }

    /// Why nothing more can be computed.
    pub(super) fn failure(&self) -> Option<DeviceError> {
        self.failure.lock().ok()?.clone()
    }

    /// From here on nothing is computed and every read fails.
    pub(super) fn fail(&self, why: DeviceError) {
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert(why);
        }
    }

    /// A kernel's pipeline, compiled when first asked for.
    pub(super) fn pipeline(&self, kernel: &'static Kernel, tiling: Option<Tiling>, dense: bool) -> Pipeline {
        let key = (kernel.name, tiling, dense);
        if let Some(found) = self.pipelines.borrow().get(&key) {
            return found.clone();
        }
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: wgpu::ShaderSource::Wgsl(kernel.source(tiling).into()),
        });
        let mut entries: Vec<wgpu::BindGroupLayoutEntry> = (1..=kernel.reads as u32)
            .map(|binding| entry(binding, wgpu::BufferBindingType::Storage { read_only: true }))
            .collect();
        entries.push(entry(kernel.reads as u32 + 1, wgpu::BufferBindingType::Storage { read_only: false }));
        let label = Some(kernel.name);
        let layout =
            self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
        let whole = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(&layout), Some(&self.uniforms)],
            immediate_size: 0,
        });
        let dense_only = [("dense", 1.0)];
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&whole),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: if dense { &dense_only } else { &[] },
                ..Default::default()
            },
            cache: None,
        });
        let pipeline = Pipeline { pipeline, layout };
        self.pipelines.borrow_mut().insert(key, pipeline.clone());
        pipeline
    }
}

fn entry(binding: u32, kind: wgpu::BufferBindingType) -> wgpu::BindGroupLayoutEntry {
    let uniform = kind == wgpu::BufferBindingType::Uniform;
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: kind,
            has_dynamic_offset: uniform,
            min_binding_size: uniform.then_some(wgpu::BufferSize::new(SLOT)).flatten(),
        },
        count: None,
    }
}
