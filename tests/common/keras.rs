//! Keras files as Keras lays them out, for tests.

use hdf5_pure::{AttrValue, FileBuilder};
use serde_json::Value;

/// An array of a layer: name, shape, numbers.
pub type Array<'a> = (&'a str, &'a [u64], &'a [f32]);

/// A whole-model HDF5 file: the config, and each layer's arrays under its name.
pub fn whole_model(config: &Value, layers: &[(&str, &[Array<'_>])]) -> Vec<u8> {
    let mut file = FileBuilder::new();
    file.set_attr("keras_version", AttrValue::String("3.15.1".into()));
    file.set_attr("model_config", AttrValue::String(config.to_string()));
    let mut weights = file.create_group("model_weights");
    for (layer, arrays) in layers {
        let mut group = weights.create_group(layer);
        let names = arrays.iter().map(|(name, ..)| format!("{layer}/{name}")).collect();
        group.set_attr("weight_names", AttrValue::StringArray(names));
        let mut inner = group.create_group(layer);
        for (name, shape, numbers) in *arrays {
            inner.create_dataset(name).with_f32_data(numbers).with_shape(shape);
        }
        group.add_group(inner.finish());
        weights.add_group(group.finish());
    }
    file.add_group(weights.finish());
    file.finish().expect("a file")
}
