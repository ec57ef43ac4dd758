# Generated sources. One command runs lazuli-gen once for the whole tree, because its outputs are one answer to
# one catalogue; each target says which of those files are its own.

set(LAZULI_GENERATED ${PROJECT_BINARY_DIR}/generated)

# Says that `target` contains these files below ${LAZULI_GENERATED} (absolute paths). Layers and tests call it
# through their GENERATED lists.
function(lazuli_generate target)
  set_property(GLOBAL APPEND PROPERTY LAZULI_GENERATED_FILES ${ARGN})
  add_dependencies(${target} lazuli_generated)
endfunction()

# Makes the one command. Called once, at the end of the root list, when all files are known.
function(lazuli_generate_all)
  get_property(files GLOBAL PROPERTY LAZULI_GENERATED_FILES)
  list(REMOVE_DUPLICATES files)
  file(GLOB catalogue CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/ops/*.yaml)
  add_custom_command(
    OUTPUT ${files}
    COMMAND lazuli-gen emit --catalogue ${PROJECT_SOURCE_DIR}/ops --out ${LAZULI_GENERATED}
    DEPENDS lazuli-gen ${catalogue}
    COMMENT "Generating from the catalogue"
    VERBATIM)
  add_custom_target(lazuli_generated DEPENDS ${files})
endfunction()
